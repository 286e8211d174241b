"""A small WAMP router for the tests, on loopback: broker and dealer of one realm, with
what labgrid 0.4 asks of Crossbar (tickets, who the caller is, the meta events
`wamp.session.on_join` and `on_leave`). The messages are autobahn's; Debian has no
Crossbar. Prints `router URL` when it listens.

usage: router.py PORT"""
import asyncio
import itertools
import sys

import txaio

txaio.use_asyncio()
from autobahn.asyncio.websocket import WampWebSocketServerFactory  # noqa: E402
from autobahn.wamp import message, role  # noqa: E402

ROLES = {'broker': role.RoleBrokerFeatures(publisher_identification=True),
         'dealer': role.RoleDealerFeatures(caller_identification=True)}
NO_PROCEDURE = 'wamp.error.no_such_procedure'


class Realm:
    """Who listens to what, who answers what, and which calls are under way."""

    def __init__(self):
        self.ids = itertools.count(1)
        self.subscribers = {}  # topic: {session: subscription}
        self.procedures = {}   # name: (session, registration)
        self.calls = {}        # request of an invocation: (caller, its request, callee)

    def tell(self, topic, args, kwargs=None, publisher=None):
        """An event to all subscribers but the publisher."""
        for session, subscription in list(self.subscribers.get(topic, {}).items()):
            if session is not publisher:
                session.say(message.Event(subscription, next(self.ids), args=args, kwargs=kwargs))

    def forget(self, gone):
        """A session that left: who waits for its answer is told that none comes."""
        for listeners in self.subscribers.values():
            listeners.pop(gone, None)
        self.procedures = {name: entry for name, entry in self.procedures.items()
                           if entry[0] is not gone}
        for invocation, (caller, request, callee) in list(self.calls.items()):
            if gone in (caller, callee):
                del self.calls[invocation]
            if callee is gone and caller is not gone:
                caller.say(message.Error(message.Call.MESSAGE_TYPE, request, 'wamp.error.canceled'))


class Session:
    """One connection; autobahn calls its three on… methods."""
    _authid = _session_id = None  # autobahn logs them

    def __init__(self, realm):
        self.realm = realm
        self.transport = None

    def say(self, answer):
        if self.transport.isOpen():
            self.transport.send(answer)

    def onOpen(self, transport):
        self.transport = transport

    def onClose(self, _clean):
        self.realm.forget(self)
        if self._session_id:
            self.realm.tell('wamp.session.on_leave', [self._session_id])
        self._session_id = None

    def onMessage(self, said):
        getattr(self, f'on_{type(said).__name__.lower()}')(said)

    def on_hello(self, said):
        self._authid = said.authid
        self.say(message.Challenge('ticket'))

    def on_authenticate(self, _said):
        self._session_id = next(self.realm.ids)
        self.say(message.Welcome(self._session_id, ROLES, authid=self._authid, authrole='public',
                                 authmethod='ticket'))
        self.realm.tell('wamp.session.on_join',
                        [{'session': self._session_id, 'authid': self._authid}])

    def on_goodbye(self, _said):
        self.say(message.Goodbye())
        self.transport.close()

    def on_subscribe(self, said):
        subscription = next(self.realm.ids)
        self.realm.subscribers.setdefault(said.topic, {})[self] = subscription
        self.say(message.Subscribed(said.request, subscription))

    def on_publish(self, said):
        self.realm.tell(said.topic, said.args, said.kwargs, self)

    def on_register(self, said):
        registration = next(self.realm.ids)
        self.realm.procedures[said.procedure] = self, registration
        self.say(message.Registered(said.request, registration))

    def on_call(self, said):
        callee, registration = self.realm.procedures.get(said.procedure, (None, 0))
        if callee is None:
            self.say(message.Error(message.Call.MESSAGE_TYPE, said.request, NO_PROCEDURE,
                                   args=[f'no callee registered for {said.procedure}']))
            return
        invocation = next(self.realm.ids)
        self.realm.calls[invocation] = self, said.request, callee
        callee.say(message.Invocation(invocation, registration, args=said.args, kwargs=said.kwargs,
                                      caller=self._session_id, caller_authid=self._authid))

    def answer(self, invocation, make):
        caller, request, _ = self.realm.calls.pop(invocation, (None, 0, None))
        if caller is not None:
            caller.say(make(request))

    def on_yield(self, said):
        self.answer(said.request, lambda request: message.Result(request, args=said.args,
                                                                 kwargs=said.kwargs))

    def on_error(self, said):
        self.answer(said.request, lambda request: message.Error(
            message.Call.MESSAGE_TYPE, request, said.error, args=said.args, kwargs=said.kwargs))


def main():
    port = int(sys.argv[1])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    realm = Realm()
    factory = WampWebSocketServerFactory(lambda: Session(realm), f'ws://127.0.0.1:{port}/ws',
                                         loop=loop)
    loop.run_until_complete(loop.create_server(factory, '127.0.0.1', port))
    print(f'router ws://127.0.0.1:{port}/ws', flush=True)
    loop.run_forever()


main()
