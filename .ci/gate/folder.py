"""The folder of results: inside the tree, and erased only if a gate made this very one.

    folder.prepare(root, out, complain)   empty and ours; else complain(text) is raised

The configuration that names the folder may be a stranger's, and so may be whatever the
tree holds: a link at build/gate, a marker that was committed beside somebody's sources.
So the way from the root to it is walked without following a link, and the marker holds
the inodes of the folder that it was written in and of itself, which no commit can know.
(Not the device: its number may be another after the next mount.)"""
import os
import shutil

MARKER = ".atproof-gate"  # of a folder that is ours to empty
TEXT = "Emptied by each run of atproof's gate.\n"
WALK = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def marker_text(folder, file):
    """What the open marker of the open folder has to hold."""
    return f"{TEXT}{os.fstat(folder).st_ino}:{os.fstat(file).st_ino}\n"


def is_ours(folder):
    """Whether the open folder has a marker that a gate wrote there."""
    try:
        file = os.open(MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return False
    with open(file, "rb") as text:
        return text.read(4096) == marker_text(folder, file).encode()


def step_into(parent, name, complain):
    """The folder `name` of the open folder `parent`, made if it is not there; open."""
    try:
        os.mkdir(name, dir_fd=parent)
    except FileExistsError:
        pass
    try:
        return os.open(name, WALK, dir_fd=parent)
    except OSError as error:
        raise complain(f"'{name}' is a link or no folder ({error.strerror}); expected folders alone "
                       "on the way to 'output.directory'") from None


def empty(folder):
    """Removes all that is in the open folder. No link is followed."""
    with os.scandir(folder) as entries:
        names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in names:
        if is_folder:
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def prepare(root, out, complain):
    """Makes `out`, a folder below `root`, or empties what an earlier gate left there.
    complain(text): the error to raise."""
    parts = os.path.relpath(out, root).split(os.sep)
    if parts[0] in (os.curdir, os.pardir):
        raise complain("expected a folder below 'root', not that folder itself or one outside")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in parts:
            inner = step_into(folder, name, complain)
            os.close(folder)
            folder = inner
        if os.listdir(folder) and not is_ours(folder):
            raise complain("not empty, and no folder that a gate made here; expected an "
                           "'output.directory' that may be emptied (remove an old one yourself)")
        empty(folder)
        file = os.open(MARKER, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=folder)
        with open(file, "w", encoding="ascii") as text:
            text.write(marker_text(folder, file))
    finally:
        os.close(folder)
