"""Several processes on one machine: tasks are shared out, answers stream back, a death costs only one shard.

What is done with a task is the caller's; nothing here knows what a site is.
"""

from auditor.workers.once import Naming
from auditor.workers.pool import Answered, Broken, Done, Pool
from auditor.workers.worker import Preload

__all__ = ["Answered", "Broken", "Done", "Naming", "Pool", "Preload"]
