"""A stateful OLT behind a real SSH server, for tests: `with SshOlt("huawei", plant) as olt: olt.port, olt.plant`."""

from tests.integration.ssh_olt.plant import OltPlant, Onu
from tests.integration.ssh_olt.server import PASSWORD, USER, SshOlt
from tests.integration.ssh_olt.trouble import Trouble

__all__ = ["PASSWORD", "USER", "OltPlant", "Onu", "SshOlt", "Trouble"]
