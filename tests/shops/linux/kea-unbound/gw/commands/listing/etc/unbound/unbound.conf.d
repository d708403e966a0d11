shop.conf
