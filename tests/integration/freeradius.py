"""A real FreeRADIUS from Debian, run as the present user in a folder of its own, over a PostgreSQL of ours."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

DEBIAN = Path("/etc/freeradius/3.0")
SCHEMA = DEBIAN / "mods-config/sql/main/postgresql/schema.sql"
SECRET = "segredo-de-teste"

_CONFIGURATION = """
prefix = /usr
libdir = /usr/lib/freeradius
name = radiusd
confdir = {folder}
raddbdir = {folder}
modconfdir = {folder}/sql
run_dir = {folder}
db_dir = {folder}
logdir = {folder}
radacctdir = {folder}
proxy_requests = no
max_requests = 32768
cleanup_delay = 1
log {{
  destination = stdout
  auth = yes
}}
security {{
  reject_delay = 0
}}
thread pool {{
  start_servers = 1
  max_servers = 4
}}
client loopback {{
  ipaddr = 127.0.0.1
  secret = {secret}
}}
modules {{
  pap {{
  }}
  chap {{
  }}
  expr {{
  }}
  always ok {{
    rcode = ok
  }}
  always reject {{
    rcode = reject
  }}
  sql {{
    {sql}
    acct_table1 = "radacct"
    acct_table2 = "radacct"
    postauth_table = "radpostauth"
    authcheck_table = "radcheck"
    groupcheck_table = "radgroupcheck"
    authreply_table = "radreply"
    groupreply_table = "radgroupreply"
    usergroup_table = "radusergroup"
    client_table = "nas"
    read_groups = yes
    group_attribute = "SQL-Group"
    sql_user_name = "%{{User-Name}}"
    pool {{
      start = 1
      min = 1
      max = 4
      spare = 1
    }}
    $INCLUDE ${{modconfdir}}/main/${{dialect}}/queries.conf
  }}
}}
policy {{
  $INCLUDE ${{confdir}}/accounting
}}
server provider {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {auth_port}
  }}
  listen {{
    type = acct
    ipaddr = 127.0.0.1
    port = {acct_port}
  }}
  authorize {{
    chap
    sql
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
    Auth-Type CHAP {{
      chap
    }}
  }}
  preacct {{
    acct_unique
  }}
  accounting {{
    sql
  }}
  post-auth {{
    sql
    Post-Auth-Type REJECT {{
      sql
    }}
  }}
}}
server nas {{
  listen {{
    type = coa
    ipaddr = 127.0.0.1
    port = {coa_port}
  }}
  recv-coa {{
    update request {{
      &Tmp-Integer-0 := "%{{sql:SELECT count(*) FROM radacct \
        WHERE acctstoptime IS NULL AND username = '%{{User-Name}}'}}"
    }}
    if (&Tmp-Integer-0 == 0) {{
      update reply {{
        &Error-Cause := Session-Context-Not-Found
      }}
      reject
    }}
    ok
  }}
  send-coa {{
    ok
  }}
}}
"""


_POSTGRESQL = """dialect = "postgresql"
    driver = "rlm_sql_postgresql"
    server = "{sockets}"
    login = "postgres"
    radius_db = "{database}"
    """
_MYSQL = """dialect = "mysql"
    driver = "rlm_sql_mysql"
    server = "127.0.0.1"
    port = {port}
    login = "root"
    radius_db = "{database}"
    """


def missing() -> str:
    """Why FreeRADIUS cannot run here; empty when it can."""
    if not shutil.which("freeradius"):
        return "freeradius is not installed: apt-get install freeradius freeradius-utils freeradius-postgresql"
    if not Path("/usr/lib/freeradius/rlm_sql_postgresql.so").exists():
        return "freeradius-postgresql is not installed"
    if not os.access(DEBIAN, os.R_OK | os.X_OK) or not os.access(SCHEMA, os.R_OK):
        return f"{DEBIAN} cannot be read by this user"
    return ""


@dataclass
class FreeRadius:
    """A running server: `auth_port` and `acct_port` of the provider, `coa_port` of a NAS played by FreeRADIUS."""

    folder: Path
    auth_port: int
    acct_port: int
    coa_port: int
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait(10)


def create_tables(database_url: str) -> None:
    """Debian's own schema, unchanged, in an empty database."""
    with psycopg.connect(database_url) as connection:
        connection.execute(SCHEMA.read_bytes())


def start(folder: Path, sockets: Path, database: str) -> FreeRadius:
    """Starts the server over `database` of the PostgreSQL that listens in `sockets`; returns when it is ready."""
    return _start(folder, _POSTGRESQL.format(sockets=sockets, database=database))


def start_on_mysql(folder: Path, port: int, database: str) -> FreeRadius:
    """The same over a MariaDB on this port of loopback, whose root has no password."""
    return _start(folder, _MYSQL.format(port=port, database=database))


def _start(folder: Path, sql: str) -> FreeRadius:
    shutil.copytree(DEBIAN / "mods-config/sql", folder / "sql")
    shutil.copy(DEBIAN / "policy.d/accounting", folder / "accounting")
    auth_port, acct_port, coa_port = (free_udp_port() for _ in range(3))
    text = _CONFIGURATION.format(
        folder=folder,
        secret=SECRET,
        sql=sql,
        auth_port=auth_port,
        acct_port=acct_port,
        coa_port=coa_port,
    )
    (folder / "radiusd.conf").write_text(text, encoding="utf-8")
    log = folder / "radiusd.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["freeradius", "-f", "-d", str(folder), "-l", "stdout"], stdout=output, stderr=output
        )
    deadline = time.monotonic() + 20
    while b"Ready to process requests" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(
                "FreeRADIUS did not start:\n" + log.read_text(encoding="utf-8", errors="replace")[-2000:]
            )
        time.sleep(0.02)
    return FreeRadius(folder, auth_port, acct_port, coa_port, process)


def free_udp_port() -> int:
    """A UDP port on loopback that nothing uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
