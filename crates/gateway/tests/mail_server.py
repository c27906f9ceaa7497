#!/usr/bin/python3
"""A real mail server (Debian's python3-aiosmtpd) for the tests, steered by the addresses written to.

mail_server.py [--port N] [--cert FILE --key FILE [--implicit]] [--login USER:PASSWORD [--mechanism NAME]]

Prints `ready PORT`, then one JSON object for each letter that it has: `from`, `to`, `user`, `tls`, and
`content` in base64 as it came over the wire. Who is written to decides what happens:
  nobody@…   550 5.1.1           banned@…  554 after the letter, 5.7.1
  later@…    450 4.2.1, the first time; then taken
  hold@…     has the letter, prints {"held": …}, and answers once a line comes on standard input
  vanish@…   has the letter and hangs up without an answer
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

MECHANISMS = {"PLAIN", "LOGIN", "XOAUTH2"}


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    def __init__(self, released):
        self.deferred = set()
        self.released = released

    async def auth_XOAUTH2(self, server, arguments):
        """As Google and Microsoft do it: who is refused is told why in a challenge, and answers it."""
        user, token = base64.b64decode(arguments[1]).removesuffix(b"\1\1").split(b"\1")
        login = LoginPassword(user.removeprefix(b"user="), token.removeprefix(b"auth=Bearer "))
        result = server._authenticate("XOAUTH2", login)
        if not result.success:
            await server.challenge_auth('{"status":"400","schemes":"Bearer"}')
        return result

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 <%s>: no such user" % address
        if name == "later" and address not in self.deferred:
            self.deferred.add(address)
            return "450 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        names = {address.split("@")[0] for address in envelope.rcpt_tos}
        if "banned" in names:
            return "554 5.7.1 not wanted here"
        if "hold" in names:
            say({"held": envelope.rcpt_tos})
            await self.released.get()
        user = session.auth_data.login.decode() if session.auth_data else None
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": user,
            "tls": server.transport.get_extra_info("sslcontext") is not None,
            "content": base64.b64encode(envelope.original_content).decode(),
        })
        if "vanish" in names:
            server.transport.abort()
        return "250 2.0.0 taken"


async def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--cert")
    arguments.add_argument("--key")
    arguments.add_argument("--implicit", action="store_true")
    arguments.add_argument("--login")
    arguments.add_argument("--mechanism", choices=sorted(MECHANISMS))
    options = arguments.parse_args()
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    released = asyncio.Queue()

    def authenticate(server, session, envelope, mechanism, data):
        wanted = (options.login or "").encode().split(b":", 1)
        right = isinstance(data, LoginPassword) and [data.login, data.password] == wanted
        return AuthResult(success=right, handled=False, auth_data=data if right else None)

    handler = Handler(released)
    starttls = context if context and not options.implicit else None

    def session():
        return SMTP(
            handler,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate if options.login else None,
            auth_required=bool(options.login),
            auth_exclude_mechanism=MECHANISMS - {options.mechanism} if options.mechanism else None,
            auth_require_tls=starttls is not None,
            data_size_limit=50_000_000,
        )

    loop = asyncio.get_running_loop()
    implicit = context if options.implicit else None
    server = await loop.create_server(session, "127.0.0.1", options.port, ssl=implicit)
    print("ready %d" % server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin.fileno(), lambda: sys.stdin.readline() and released.put_nowait(None))
    await server.serve_forever()


asyncio.run(main())
