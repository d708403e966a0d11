"""What others take to ask the same devices the same commands: `python bench/fleet_peer.py NAME FILE THREADS`.

NAME is `netmiko` (threads of its own) or `nornir` (its threaded runner, its netmiko plugin). FILE is a list of hosts in
JSON. It imports nothing of this project, asks and throws the answers away, and prints JSON.
"""

import importlib
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def ask(host: dict[str, Any]) -> tuple[int, str]:
    """Log in with netmiko, send the commands, log out; returns the number of characters and what went wrong."""
    netmiko = importlib.import_module("netmiko")
    arguments = {name: host[name] for name in ("device_type", "host", "port", "username", "password")}
    try:
        with netmiko.ConnectHandler(**arguments) as connection:
            return sum(len(connection.send_command(command)) for command in host["commands"]), ""
    except Exception as error:  # noqa: BLE001 - whatever it is, the device is lost
        return 0, type(error).__name__


def by_netmiko(hosts: list[dict[str, Any]], threads: int) -> list[tuple[int, str]]:
    """Ask all hosts in threads."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(ask, hosts))


def by_nornir(hosts: list[dict[str, Any]], threads: int) -> list[tuple[int, str]]:
    """Ask all hosts as a task of nornir; each connection is closed when its host is done, to spare memory."""
    core, inventory, plugins, runners, tasks = (
        importlib.import_module(name)
        for name in (
            "nornir.core",
            "nornir.core.inventory",
            "nornir.core.plugins.connections",
            "nornir.plugins.runners",
            "nornir_netmiko.tasks",
        )
    )
    plugins.ConnectionPluginRegister.auto_register()
    commands = {f"{number}": host["commands"] for number, host in enumerate(hosts)}
    listed = inventory.Hosts(
        {
            f"{number}": inventory.Host(
                name=f"{number}",
                hostname=host["host"],
                port=host["port"],
                username=host["username"],
                password=host["password"],
                platform=host["device_type"],
            )
            for number, host in enumerate(hosts)
        }
    )

    def visit(task: Any) -> Any:
        try:
            size = 0
            for command in commands[task.host.name]:
                size += len(task.run(tasks.netmiko_send_command, command_string=command).result)
            return importlib.import_module("nornir.core.task").Result(host=task.host, result=size)
        finally:
            task.host.close_connections()

    runner = core.Nornir(
        inventory=inventory.Inventory(listed, inventory.Groups(), inventory.Defaults()),
        runner=runners.ThreadedRunner(num_workers=threads),
    )
    results = runner.run(visit)
    return [
        (0, type(result.exception).__name__) if result.failed else (result[0].result, "") for result in results.values()
    ]


def main(name: str, file: str, threads: str) -> None:
    """Ask, and print what it took."""
    hosts = json.loads(Path(file).read_text(encoding="utf-8"))
    importlib.import_module("netmiko")
    begin, cpu = time.perf_counter(), time.process_time()
    results = (by_nornir if name == "nornir" else by_netmiko)(hosts, int(threads))
    lost = [why for _, why in results if why]
    told = {
        "seconds": time.perf_counter() - begin,
        "cpu": time.process_time() - cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "devices": len(hosts),
        "lost": len(lost),
        "why": {why: lost.count(why) for why in sorted(set(lost))},
        "characters": sum(size for size, _ in results),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
