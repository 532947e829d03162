"""Takes the libraries and the C headers out of the wheel of tensorflow-cpu: python3 unpackTensorflow.py WHEELS DEPS"""

import glob
import os
import shutil
import sys
import zipfile

wheels, deps = sys.argv[1:]
INCLUDE = "tensorflow/include/"
LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
PLATFORM_HEADERS = tuple(
    INCLUDE + folder
    for folder in (
        "tensorflow/core/platform/",
        "tensorflow/tsl/",
        "xla/tsl/",
        "external/local_xla/xla/tsl/",
        "tsl/",
        "external/local_tsl/tsl/",
    )
)


def target_of(name):
    if name in LIBRARIES:
        return os.path.join(deps, "lib", os.path.basename(name))
    is_header = name.endswith(".h") and name.startswith((INCLUDE + "tensorflow/c/", *PLATFORM_HEADERS))
    return os.path.join(deps, "include", name[len(INCLUDE) :]) if is_header else None


(wheel,) = glob.glob(os.path.join(wheels, "*.whl"))
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        target = target_of(name)
        if target is None:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
missing = [name for name in LIBRARIES if not os.path.exists(target_of(name))]
if missing:
    sys.exit(f"{wheel} holds no {', '.join(missing)}")
