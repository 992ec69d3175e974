"""Import jobs, log lines, linked identities and sessions of a user, on both databases."""

import pytest
from msgspec.structs import replace
from stored_things import NOW, POOL, a_pool, a_session, a_user

from riskengine.base.clock import DAY
from riskengine.entities import ImportJob, LogLine
from riskengine.storage import AlreadyExists, Conflict


def a_job(id_: str = "import-1", **over) -> ImportJob:
    return ImportJob(**{"pool": POOL, "id": id_, "created": NOW, "name": "all", "role_arn": "arn", **over})


def a_line(id_: str = "line-1", **over) -> LogLine:
    members = {"pool": POOL, "id": id_, "source": "userAuthEvents", "time": NOW, "content": b"{}"}
    return LogLine(**{**members, "due": NOW, "expires": NOW + DAY, **over})


async def kept(storage, *jobs):
    async with storage.transaction() as tx:
        for job in jobs:
            tx.import_jobs.add(job)


class TestImportJobs:
    async def test_a_job_comes_back_whole(self, storage):
        job = a_job(status="InProgress", algorithm="BCRYPT", position=7, due=NOW)
        await kept(storage, job)

        assert await storage.import_jobs.find(POOL, "import-1") == job
        assert await storage.import_jobs.find("other", "import-1") is None

    async def test_the_newest_come_first(self, storage):
        jobs = [a_job(f"import-{number}", created=NOW + number // 2) for number in range(6)]
        await kept(storage, *jobs)

        first = await storage.import_jobs.list_(POOL, before=None, limit=4)
        last = first[-1]
        rest = await storage.import_jobs.list_(POOL, before=(last.created, last.id), limit=4)

        assert [*first, *rest] == jobs[::-1]
        assert await storage.import_jobs.oldest(POOL, beyond=4) == jobs[1::-1]

    async def test_one_save_of_a_version_holds(self, storage, other_storage):
        await kept(storage, a_job())
        async with storage.transaction() as tx:
            tx.import_jobs.save(a_job(status="Pending"))

        with pytest.raises(Conflict):
            async with other_storage.transaction() as tx:
                tx.import_jobs.save(a_job(status="Stopping"))
        found = await storage.import_jobs.find(POOL, "import-1")
        assert (found.status, found.version) == ("Pending", 1)

    async def test_what_is_due_waits_the_longest_first(self, storage):
        late, early = a_job("import-1", due=NOW), a_job("import-2", due=NOW - 5)
        await kept(storage, late, early, a_job("import-3"), a_job("import-4", due=NOW + 1))

        assert await storage.import_jobs.due(NOW, limit=9) == [early, late]

    async def test_a_running_job_is_found(self, storage):
        await kept(storage, a_job("import-1", status="Succeeded"), a_job("import-2"))
        assert await storage.import_jobs.running(POOL) is None
        await kept(storage, a_job("import-3", status="Stopping"))

        assert (await storage.import_jobs.running(POOL)).id == "import-3"

    async def test_pieces_are_replaced_dropped_and_go_with_their_job(self, storage):
        job = a_job()
        await kept(storage, job)
        async with storage.transaction() as tx:
            for number in range(3):
                tx.import_jobs.put_piece(POOL, job.id, "file", number, bytes([number]) * 3)
            tx.import_jobs.put_piece(POOL, job.id, "file", 1, b"new")
            tx.import_jobs.put_piece(POOL, job.id, "log", 0, b"told")
            tx.import_jobs.drop_pieces(POOL, job.id, "file", from_=2)

        async def piece(kind, number):
            return await storage.import_jobs.piece(POOL, job.id, kind, number)

        assert [await piece("file", number) for number in range(3)] == [b"\0\0\0", b"new", None]
        assert await piece("log", 0) == b"told"
        async with storage.transaction() as tx:
            tx.import_jobs.delete(job)
        assert (await piece("file", 0), await piece("log", 0)) == (None, None)
        assert await storage.import_jobs.find(POOL, job.id) is None


class TestLogLines:
    async def test_lines_wait_until_they_are_due(self, storage):
        async with storage.transaction() as tx:
            tx.log_lines.add(a_line("line-1"))
            tx.log_lines.add(a_line("line-2", due=NOW - 1))
            tx.log_lines.add(a_line("line-3", due=NOW + 1))

        assert await storage.log_lines.due(NOW, limit=9) == [a_line("line-2", due=NOW - 1), a_line("line-1")]

    async def test_one_process_claims(self, storage, other_storage):
        async with storage.transaction() as tx:
            tx.log_lines.add(a_line())
        async with storage.transaction() as tx:
            tx.log_lines.claim(a_line(), NOW + 9)

        with pytest.raises(Conflict):
            async with other_storage.transaction() as tx:
                tx.log_lines.claim(a_line(), NOW + 9)
        assert await storage.log_lines.due(NOW, limit=9) == []
        assert await storage.log_lines.due(NOW + 9, limit=9) == [a_line(due=NOW + 9)]

    async def test_what_nobody_takes_expires(self, storage):
        async with storage.transaction() as tx:
            tx.log_lines.add(a_line(expires=NOW))
            tx.log_lines.add(a_line("line-2"))
        await storage.purge(NOW)

        assert await storage.log_lines.due(NOW, limit=9) == [a_line("line-2")]


class TestLinks:
    async def test_an_identity_is_one_users(self, storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
            tx.users.add(a_user(), name_key="alice", aliases=())
            tx.users.add(a_user("sub-2", username="bob"), name_key="bob", aliases=())
            tx.users.link(a_user(), "digest")

        assert await storage.users.find_linked(POOL, "digest") == a_user()
        assert await storage.users.find_linked("other", "digest") is None
        with pytest.raises(AlreadyExists, match="identity"):
            async with storage.transaction() as tx:
                tx.users.link(a_user("sub-2"), "digest")
        async with storage.transaction() as tx:
            tx.users.unlink(a_user("sub-2"), "digest")
        assert await storage.users.find_linked(POOL, "digest") == a_user()
        async with storage.transaction() as tx:
            tx.users.unlink(a_user(), "digest")
        assert await storage.users.find_linked(POOL, "digest") is None


async def test_living_sessions_of_a_user(storage):
    living, revoked = a_session("living"), a_session("revoked", is_revoked=True)
    over, others = a_session("over", expires=NOW), a_session("others", sub="sub-2")
    async with storage.transaction() as tx:
        for session in (living, revoked, over, others):
            tx.sessions.add(session)

    assert await storage.sessions.of_user(POOL, "sub-1", now=NOW, limit=9) == [living]
    assert await storage.sessions.of_user(POOL, "sub-1", now=NOW, limit=9, after=living.id) == []
    assert await storage.sessions.of_user(POOL, "sub-1", now=NOW, limit=9, after=living.id[:-1]) == [living]
    async with storage.transaction() as tx:
        tx.sessions.save(replace(living, is_revoked=True))
    assert await storage.sessions.of_user(POOL, "sub-1", now=NOW, limit=9) == []
