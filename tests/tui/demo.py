"""`python tests/tui/demo.py [--light]`: the app on the fake session, for looking at it."""

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from rnn_tui.tui.app import RnnTuiApp
from tests.tui.fake_session import COMPILING, STEPS_A_FRAME, FakeSession, State, make_snapshot


class MovingSession(FakeSession):
    """Trains by itself, with a second of compiling before."""

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        time.sleep(0.5)
        self.snapshot = COMPILING
        time.sleep(1)
        self.snapshot = make_snapshot(1)
        while True:
            time.sleep(0.1)
            if self.snapshot.state is State.TRAINING:
                rate = self.snapshot.learning_rate
                step = self.snapshot.step + STEPS_A_FRAME
                moved = make_snapshot(step, learning_rate=rate)
                if self.snapshot.state is State.TRAINING:
                    self.snapshot = moved


if __name__ == "__main__":
    app = RnnTuiApp(MovingSession())
    if "--light" in sys.argv:
        app.theme = "textual-light"
    app.run()
