"""Programs in namespaces of their own that take orders as lines of JSON and answer each with one."""

import json
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any


@dataclass
class Agents:
    """Agents by name; all of them end with the context."""

    agents: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)

    def begin(self, name: str, enter: Iterable[str], program: Path) -> None:
        """Start an agent; `enter` is the command that brings it into its namespace."""
        command = [*enter, sys.executable, "-I", str(program)]
        self.agents[name] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for agent in self.agents.values():
            agent.terminate()
        for agent in self.agents.values():
            agent.wait(5)
            for stream in (agent.stdin, agent.stdout):
                with suppress(OSError):
                    if stream is not None:
                        stream.close()

    def order(self, name: str, **order: object) -> Any:
        """Tell an agent what to do and wait for its answer."""
        agent = self.agents[name]
        assert agent.stdin is not None
        assert agent.stdout is not None
        agent.stdin.write(json.dumps(order) + "\n")
        agent.stdin.flush()
        line = agent.stdout.readline()
        if not line:
            raise RuntimeError(f"the agent {name} ended")
        return json.loads(line)
