"""`make run`: brings the whole system up on one machine, keeps it up, and takes it down on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from core.http import make_session
from core.settings import Settings, SettingsError
from data_folder import DataFolder, InUse
from environment import keep_environment, keep_secrets, made_here, read_dotenv, simulate_bank
from processes import Child, Processes, say
from stores import EmbeddedPostgres, EmbeddedValkey, free_port, port_problem
from wiring_settings import read_settings

ROOT = Path(__file__).resolve().parent
READY_SECONDS = 300  # A first start on a loaded machine is slow; what dies again and again is not waited for.
# Turns and sends spend their time waiting, for the disk, Rasa and WhatsApp: several of them wait side by side.
# NLU servers share one port: the system deals connections out among them.
SEVERAL = {"turns": 3, "outbound": 2, "nlu": 1}


class CannotStart(Exception):
    """The system cannot start; the text says why and what to do."""


class Supervisor:
    """One run of the system. `environment` is completed step by step and handed to every child."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.data_dir = Path(environment.get("DATA_DIR") or ".religa").resolve()
        environment["DATA_DIR"] = str(self.data_dir)
        self.folder = DataFolder(self.data_dir)
        self.processes = Processes(self.data_dir / "pids")
        self.stopping = threading.Event()

    def run(self) -> None:
        """Runs until Ctrl-C or SIGTERM. Raises CannotStart."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())
        self._check_settings()
        try:
            self.processes.inherited = (self.folder.take(),)
        except InUse as problem:
            raise CannotStart(
                f"outro sistema já roda com os dados de {problem}. Escolha outra pasta: DATA_DIR=..."
            ) from problem
        # Only now: the last children of a killed supervisor may have held the port until the folder was free.
        self._check_port()
        try:
            self._bring_up()
            while not self.stopping.wait(0.2):
                self.processes.watch()
        except CannotStart:
            # Ctrl-C reaches what is being made, too: that it was not finished is no failure then.
            if not self.stopping.is_set():
                raise
        finally:
            say("parando")
            self.processes.stop()
            say("parado; os dados continuam em " + str(self.data_dir))

    def _bring_up(self) -> None:
        began = time.monotonic()
        keep_secrets(self.environment, self.data_dir / "secrets.json")
        self._prepare_nlu()
        self._start_stores()
        self._prepare_database(settings := self._settings(self.environment))
        self._simulate_network()
        simulate_bank(self.environment, settings)
        self._start_procfile()
        self._wait_ready(settings)
        self._announce(settings, time.monotonic() - began)

    def _check_settings(self) -> None:
        """Every wrong setting at once, before anything slow. What is missing may still be brought or made here."""
        brought = {"DATABASE_URL": "postgresql://embedded", "REDIS_URL": "unix://embedded"}
        given = {name: value for name, value in self.environment.items() if value}
        self._settings({**brought, **dict.fromkeys(made_here(given), "made"), **given})

    def _check_port(self) -> None:
        host, port = self.environment.get("HOST") or "127.0.0.1", int(self.environment.get("PORT") or 8000)
        if problem := port_problem(host, port):
            raise CannotStart(f"{problem}. Pare o outro programa ou escolha outra: PORT=8001 make run")

    def _prepare_nlu(self) -> None:
        if self._nlu_answers():
            say(f"NLU: usando o servidor que já responde em {self.environment['NLU_URL']}")
            return
        from nlu import environment, train
        from nlu.registry import Registry

        try:
            environment.ensure()
            train.ensure(Registry(language=self.environment.get("CUSTOMER_LANGUAGE", "")))
        except (environment.NoPython, train.CannotTrain, subprocess.CalledProcessError) as error:
            raise CannotStart(str(error)) from error
        if not self.environment.get("NLU_URL"):
            self.environment["NLU_URL"] = f"http://127.0.0.1:{free_port()}"
        # It takes longest: everything else comes up meanwhile.
        say("NLU: carregando o modelo (cerca de 15 s)")
        self._start_from_procfile({"nlu"})

    def _nlu_answers(self) -> bool:
        url = self.environment.get("NLU_URL", "")
        try:
            return bool(url) and make_session().get(f"{url}/status", timeout=2).ok
        except requests.RequestException:
            return False

    def _start_stores(self) -> None:
        """Embedded stores for whatever address is not given."""
        if not all(
            self.environment.get(name) for name in ("DATABASE_URL", "RADIUS_DATABASE_URL", "SIMULATED_NETWORK_URL")
        ):
            say("PostgreSQL: iniciando o banco embutido")
            postgres = EmbeddedPostgres(self.data_dir / "postgres")
            postgres.prepare()
            command = postgres.command()
            child = Child(
                "postgres", command.arguments, self.environment, command.user, signal.SIGINT, Path("/"), is_store=True
            )
            self.processes.start(child)
            postgres.wait_ready(lambda: child.alive)
            if not self.environment.get("DATABASE_URL"):
                postgres.ensure_database("religa")
                self.environment["DATABASE_URL"] = postgres.url("religa")
            postgres.ensure_database("radius")
            self._simulated_radius = postgres.url("radius")
        if not self.environment.get("REDIS_URL"):
            valkey = EmbeddedValkey(self.data_dir / "valkey")
            arguments = valkey.command().arguments
            self.processes.start(Child("valkey", arguments, self.environment, folder=Path("/"), is_store=True))
            valkey.wait_ready()
            self.environment["REDIS_URL"] = valkey.url

    def _settings(self, environment: dict[str, str]) -> Settings:
        try:
            return read_settings(environment)
        except SettingsError as error:
            raise CannotStart(str(error)) from error

    def _prepare_database(self, settings: Settings) -> None:
        from core.db import Database, make_engine
        from demo import DEMO_FILE, is_demo, seed_demo, seed_devices, seed_neighbours
        from migrations import upgrade

        say("banco: conferindo migrações")
        upgrade(settings.database_url)
        engine = make_engine(settings.database_url)
        if seed_demo(Database(engine), DEMO_FILE, self.environment["DEMO_PASSWORD"]):
            say("banco: provedor de demonstração criado")
        if not self.environment.get("SIMULATED_NETWORK_URL") and is_demo(Database(engine)):
            seed_devices(Database(engine))
            seed_neighbours(Database(engine))
        engine.dispose()

    def _simulate_network(self) -> None:
        """The demo's network: its ONUs unless somebody else plays them, its RADIUS unless a real one is given."""
        if self.environment.get("SIMULATED_NETWORK_URL"):
            return
        self.environment["SIMULATED_NETWORK_URL"] = f"http://127.0.0.1:{free_port()}"
        simulated = {"RADIUS_DATABASE_URL": self._simulated_radius, "RADIUS_COA_PORT": str(free_port())}
        if not self.environment.get("RADIUS_DATABASE_URL"):
            self.environment.update(simulated, RADIUS_COA_HOST="127.0.0.1")
            self.environment.setdefault("RADIUS_SETTLE_SECONDS", "4")
        arguments = [sys.executable, "-m", "provisioning.simulated_network"]
        self.processes.start(Child("simnet", arguments, {**self.environment, **simulated}, folder=ROOT))

    def _start_procfile(self) -> None:
        """Every process of the Procfile but NLU, which was started first."""
        names = {line.partition(": ")[0] for line in (ROOT / "Procfile").read_text().splitlines()}
        self._start_from_procfile(names - {"nlu"})
        keep_environment(self.environment, self.data_dir / "environment.json")

    def _start_from_procfile(self, names: set[str]) -> None:
        """The processes of these names; TURNS_PROCESSES and the like say how many."""
        for line in (ROOT / "Procfile").read_text().splitlines():
            name, _, command = line.partition(": ")
            if name not in names:
                continue
            arguments = [sys.executable if word == "python" else word for word in command.split()]
            count = int(self.environment.get(f"{name.upper()}_PROCESSES") or SEVERAL[name]) if name in SEVERAL else 1
            for number in range(1, count + 1):
                label = name if count == 1 else f"{name}.{number}"
                self.processes.start(Child(label, arguments, self.environment, folder=ROOT))

    def _wait_ready(self, settings: Settings) -> None:
        session, deadline = make_session(), time.monotonic() + READY_SECONDS
        while not self.stopping.wait(0.2):
            self.processes.watch()
            if fallen := self.processes.falls_again():
                raise CannotStart(f"{fallen} cai a cada início; veja as linhas acima")
            try:
                states = session.get(f"http://127.0.0.1:{settings.port}/readyz", timeout=3).json()
                if all(states.values()):
                    return
            except (requests.RequestException, ValueError):
                pass
            if time.monotonic() > deadline:
                raise CannotStart(f"o sistema não ficou pronto em {READY_SECONDS} s; veja as linhas acima")

    def _announce(self, settings: Settings, seconds: float) -> None:
        if self.stopping.is_set():
            return
        base = f"http://{settings.host}:{settings.port}"
        say(f"pronto em {seconds:.0f} s")
        if settings.simulated_channel:
            say(f"telefone (simulador do WhatsApp): {base}/simulator/")
        else:
            say(f"WhatsApp: webhook em {settings.public_url}/webhooks/whatsapp, Graph API em {settings.meta_graph_url}")
        say(f"console: {base}/console/")
        say("logins: helena (N1), igor (N2), joana (Financeiro), karina (supervisora) e admin")
        say(f"a senha de todos é {self.environment['DEMO_PASSWORD']}")
        say("Ctrl-C para tudo; os dados ficam guardados")


def reset(environment: dict[str, str]) -> None:
    """Forgets the system's state: the whole data folder."""
    folder = Path(environment.get("DATA_DIR") or ".religa").resolve()
    try:
        DataFolder(folder).forget()
    except InUse as problem:
        raise CannotStart(f"ainda está rodando em {problem}. Pare com Ctrl-C antes de make reset") from problem
    say(f"esquecido: {folder}")


def main() -> None:
    """`python supervisor.py` runs the system, `python supervisor.py reset` forgets it."""
    environment = dict(os.environ)
    read_dotenv(ROOT / ".env", environment)
    try:
        if sys.argv[1:] == ["reset"]:
            reset(environment)
        else:
            Supervisor(environment).run()
    except CannotStart as problem:
        sys.exit(f"\nNão foi possível: {problem}")


if __name__ == "__main__":
    main()
