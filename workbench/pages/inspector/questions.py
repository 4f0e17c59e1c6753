"""What the two views of the inspector want to know: asked beside the window, answered into them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from engine.errors import WorkbenchError
from workbench.latest import Latest
from workbench.long_work import LongWork
from workbench.models.cards import CardEntry
from workbench.pages.inspector.item_view import ItemPanel
from workbench.pages.inspector.session import ItemView, Session, UserAnswer
from workbench.pages.inspector.user_view import UserPanel

MAKING, ENCODING = "Making the lists of users", "Encoding texts"


class Questions(QObject):
    """Asks the open session on behalf of both views; `beside` is the session of a second run."""

    def __init__(
        self, user: UserPanel, item: ItemPanel, on_problem: Callable[[Exception | None], None], parent: QObject
    ) -> None:
        """`on_problem` hears of what went wrong, and with None that all is well again."""
        super().__init__(parent)
        self.item: int | None = None  # on show or asked for
        self._fingerprint = ""  # of the data that `item` is from
        self._session: Session | None = None
        self._beside: Session | None = None
        self._other_run = ""
        self._user_panel, self._item_panel = user, item
        self._on_problem = on_problem
        self._answer, self._card, self._standing = Latest(self), Latest(self), Latest(self)
        self._users, self._items, self._additions = Latest(self), Latest(self), Latest(self)
        self._encoding, self._lists = LongWork(self), LongWork(self)
        self._connect()

    def open(self, session: Session) -> None:
        """From now on this run is asked."""
        self.close()
        if session.run.dataset_fingerprint != self._fingerprint:
            self.item, self._fingerprint = None, session.run.dataset_fingerprint
        self._session = session

    def close(self) -> None:
        """Nobody is asked any more, and answers that are under way are dropped."""
        self._session = self._beside = None
        for questions in (self._answer, self._card, self._standing, self._users, self._items, self._additions):
            questions.drop()
        self._stop_encoding()
        self._stop_lists()
        self._other_run = ""

    def set_beside(self, session: Session | None, words: str) -> None:
        """Show another run, which `words` name, beside the open one; None for none any more."""
        self._beside, self._other_run = session, words
        if self._session is not None:
            self.ask_again()
            self.ask_standing()

    # Users

    def ask_user(self, user: str) -> None:
        """The answer for a user with the own history."""
        self._ask_user(user, None)

    def ask_again(self) -> None:
        """The answer for the same user, with the history as it was changed."""
        if self._user_panel.user:
            self._ask_user(self._user_panel.user, self._user_panel.history.items)

    def _ask_user(self, user: str, history: list[int] | None) -> None:
        session = self._session
        if session is None:
            return
        if not session.knows_user(user):
            self._answer.drop()
            self._user_panel.show_nothing(f"There is no user “{user}” in this dataset of {session.users:,} users.")
            return
        question = partial(session.user, user, self._user_panel.k, history, self._beside)
        self._answer.ask(question, partial(self._show_answer, session), self._show_no_answer)

    def _show_answer(self, session: Session, answer: UserAnswer) -> None:
        self._on_problem(None)
        self._user_panel.show_answer(answer, session.removes_seen, session.has_unique_level, self._other_run)

    def _show_no_answer(self, error: Exception) -> None:
        words = str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
        self._user_panel.show_nothing(words)

    def _find_users(self, text: str) -> None:
        if self._session is not None:
            self._users.ask(partial(self._session.find_users, text), self._user_panel.offer, self._on_problem)

    # Items

    def ask_item(self, index: int) -> None:
        """The card of an item."""
        if self._session is not None:
            self.item = index
            self._card.ask(partial(self._session.item, index), self._show_card, self._on_problem)
            self.ask_standing()

    def ask_first_item(self) -> None:
        """The most popular item."""
        if self._session is not None:
            self._items.ask(
                partial(self._session.find_items, ""),
                lambda found: self.ask_item(found[0].card.index) if found and self.item is None else None,
                self._on_problem,
            )

    def _show_card(self, view: ItemView) -> None:
        self._on_problem(None)
        if self._session is not None:
            self._item_panel.show_item(view, self._session.has_unique_level)

    def _find_items(self, text: str) -> None:
        if self._session is not None:
            self._items.ask(partial(self._session.find_items, text), self._item_panel.offer, self._on_problem)

    def _find_additions(self, text: str) -> None:
        offer: Callable[[list[CardEntry]], None] = self._user_panel.history.offer
        if self._session is not None:
            self._additions.ask(partial(self._session.find_items, text), offer, self._on_problem)

    # How the item stands with users

    def ask_standing(self) -> None:
        """What the tab that is in view shows of the item."""
        session, item, panel = self._session, self.item, self._item_panel
        if session is None or item is None:
            return
        if panel.tabs.currentWidget() is panel.outcomes:
            self._standing.ask(
                partial(session.outcomes, item, self._beside),
                lambda found: panel.outcomes.show_outcomes(found, self._other_run),
                lambda error: panel.outcomes.show_problem(str(error)),
            )
        elif panel.tabs.currentWidget() is panel.recipients:
            if session.knows_lists:
                self._standing.ask(
                    partial(session.recipients, item),
                    lambda found: panel.recipients.show_recipients(found, session.users),
                    self._on_problem,
                )
            else:
                panel.recipients.show_unknown(session.users)

    def _make_lists(self) -> None:
        if self._session is not None:
            self._item_panel.recipients.make.hide()
            self._item_panel.recipients.progress.begin(MAKING)
            session = self._session
            self._lists.start(
                lambda progress: session.make_lists(partial(progress, MAKING)),
                lambda _made: self._end_lists(),
                self._fail_lists,
            )

    def _stop_lists(self) -> None:
        self._lists.stop()
        self._end_lists()

    def _end_lists(self) -> None:
        self._item_panel.recipients.progress.end()
        self.ask_standing()

    def _fail_lists(self, error: Exception) -> None:
        self._end_lists()
        self._on_problem(error)

    def _encode(self) -> None:
        if self._session is not None:
            near = self._item_panel.neighbours
            near.encode.hide()
            near.encoding.begin(ENCODING)
            session = self._session
            self._encoding.start(
                lambda progress: session.encode_texts(partial(progress, ENCODING)),
                lambda _made: self._end_encoding(),
                self._fail_encoding,
            )

    def _stop_encoding(self) -> None:
        self._encoding.stop()
        self._end_encoding()

    def _end_encoding(self) -> None:
        self._item_panel.neighbours.encoding.end()
        if self.item is not None:
            self.ask_item(self.item)

    def _fail_encoding(self, error: Exception) -> None:
        self._end_encoding()
        self._on_problem(error)

    def _connect(self) -> None:
        user, item = self._user_panel, self._item_panel
        user.typed.connect(self._find_users)
        user.asked_again.connect(self.ask_again)
        user.history.typed.connect(self._find_additions)
        item.typed.connect(self._find_items)
        item.standing_wanted.connect(self.ask_standing)
        item.neighbours.encode_wanted.connect(self._encode)
        item.neighbours.encoding.cancelled.connect(self._stop_encoding)
        item.recipients.lists_wanted.connect(self._make_lists)
        item.recipients.progress.cancelled.connect(self._stop_lists)
        self._encoding.progressed.connect(item.neighbours.encoding.show_progress)
        self._lists.progressed.connect(item.recipients.progress.show_progress)
