"""One container as a component that a test may take away and give back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from testbed.engine import EngineError, docker, is_running
from testbed.waiting import eventually

TAIL = "20"


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container that keeps its files and its ports over stop, kill and restart.

    `options` are those of `docker run`, `command` follows the image. `ready` returns something
    true when it serves, within `ready_within` seconds; `grace` is the time, in seconds, between
    SIGTERM and SIGKILL.
    """

    name: str
    image: str
    options: Sequence[str]
    command: Sequence[str]
    ready: Callable[[], object]
    ready_within: float
    grace: int = 15

    @property
    def alive(self) -> bool:
        """Say whether it runs (a paused one does)."""
        return is_running(self.name)[0]

    def start(self) -> None:
        """Start it, and wait until it is ready; end it when it does not become so."""
        if self.alive:
            return
        if docker("container", "inspect", self.name, check=False).returncode == 0:
            docker("start", self.name)
        else:
            name = f"--name={self.name}"
            docker("run", "--detach", name, *self.options, self.image, *self.command)
        try:
            eventually(self._check_ready, within=self.ready_within, what=f"{self.name} ready")
        except TimeoutError as error:
            self.kill()
            raise EngineError(f"{error}\nits log ends with:\n{self._tail()}") from error
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask it to end, and end it when its grace is over."""
        self.resume()  # a paused program would not see SIGTERM
        if self.alive:
            docker("stop", f"--time={self.grace}", self.name)

    def kill(self) -> None:
        """End it at once."""
        docker("kill", self.name, check=False)

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing answers."""
        docker("pause", self.name)

    def resume(self) -> None:
        """Let it go on."""
        if is_running(self.name)[1]:
            docker("unpause", self.name)

    def restart(self) -> None:
        """Stop it and start it."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Remove it with its files."""
        docker("rm", "--force", "--volumes", self.name, check=False)

    def save_log(self, file: Path) -> None:
        """Write what it has printed to a file."""
        done = docker("logs", self.name, check=False)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{done.stdout}{done.stderr}")

    def _check_ready(self) -> object:
        if not self.alive:
            raise EngineError(f"{self.name} ended; its log ends with:\n{self._tail()}")
        return self.ready()

    def _tail(self) -> str:
        done = docker("logs", f"--tail={TAIL}", self.name, check=False)
        return f"{done.stdout}{done.stderr}".strip()
