import tests.stories.test_commands as t
import pytest
t.PLATFORMS=("telegram",)
from tests.stories.test_commands import test_every_command_on_every_platform
