"""A small disk of its own that the kernel turns read-only, as after an error, and that comes back repaired.

For root on Linux only: it mounts an image.
"""

import os
import shutil
import subprocess
from pathlib import Path

_TOOLS = ("losetup", "mkfs.ext4", "e2fsck", "mount", "umount")
CAN_FAIL = (
    hasattr(os, "geteuid")
    and os.geteuid() == 0
    and Path("/dev/loop-control").exists()
    and Path("/sys/fs/ext4").exists()
    and all(shutil.which(tool) for tool in _TOOLS)
)


def _run(*arguments: str | Path) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.strip()


class FailingDisk:
    """An ext4 file system on an image in a folder, mounted at `path`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "disk"
        self._image = folder / "first.img"
        self._devices: list[str] = []
        self.path.mkdir()
        with self._image.open("wb") as image:
            image.truncate(48 << 20)
        _run("mkfs.ext4", "-q", "-F", self._image)
        self._mount()

    def _mount(self) -> None:
        self._devices.append(_run("losetup", "--find", "--show", self._image))
        _run("mount", "-o", "errors=remount-ro", self._devices[-1], self.path)

    def fail(self) -> None:
        """What the kernel does when it finds the file system damaged: no more writes, open files or not."""
        trigger = Path("/sys/fs/ext4") / Path(self._devices[-1]).name / "trigger_fs_error"
        trigger.write_text("1")

    def repair(self) -> None:
        """The same bytes, checked, on another device at the same place; who has files open keeps the old."""
        _run("umount", "--lazy", self.path)
        repaired = self._image.with_name("repaired.img")
        shutil.copyfile(self._image, repaired)
        self._image = repaired
        checked = subprocess.run(["e2fsck", "-p", "-f", repaired], check=False, capture_output=True)
        assert checked.returncode in (0, 1), checked.stdout
        self._mount()

    def end(self) -> None:
        """Let go of everything, once nobody has a file open there."""
        subprocess.run(["umount", "--lazy", self.path], check=False, capture_output=True)
        for device in self._devices:
            subprocess.run(["losetup", "--detach", device], check=False, capture_output=True)
