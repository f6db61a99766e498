"""Writes tests/log/events.tfevents with TensorBoard's own writer: pip install tensorboard==2.21.0 setuptools"""
import glob, os, tempfile
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

folder = tempfile.mkdtemp()
writer = EventFileWriter(folder)
writer.add_event(Event(wall_time=1699999999.75, file_version="brain.Event:2"))
for wall_time, step, scalars in [
    (1700000000.0, 0, [("teacher/loss", 0.5)]),
    (1700000000.25, 1000, [("teacher/return", 123.25), ("teacher/return_std", 0.1), ("teacher/return_min", -9.0)]),
    (1700000001.5, 1_000_000_000, [("student/loss", 0.0)]),
    (1700000002.125, 127, [("Rückgabe/" + "long" * 40, 1e-12)]),
    (1700000003.0, 128, [("student/return_ratio", 3.4e38)]),
]:
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars]
    writer.add_event(Event(wall_time=wall_time, step=step, summary=Summary(value=values)))
writer.close()
[file] = glob.glob(os.path.join(folder, "*"))
os.replace(file, os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.tfevents"))
