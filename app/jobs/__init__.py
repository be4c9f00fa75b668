"""Background work: asked for in the transaction of the act that wants it, done by `flask worker`, with its progress.

A stage registers a handler for each kind of work in its `init_app` and asks for work with `enqueue`:

    jobs.register("demands.check_sheet", check_sheet)
    job = jobs.enqueue(session, "demands.check_sheet", {"import": str(sheet.id)}, by=by, now=now)

The handler gets a `Work`. It reports with `work.progress(done, total, step)`, which commits by itself and keeps
the lease. What it writes goes into `with work.finishing() as session:`, whose one commit also finishes the job: the
work is written exactly once, however often a worker dies. A handler that writes nothing returns its result instead."""

from app.jobs.queue import enqueue
from app.jobs.registry import register
from app.jobs.running import LeaseLost, Tools, Work, run_due, run_here

__all__ = ["LeaseLost", "Tools", "Work", "enqueue", "register", "run_due", "run_here"]
