"""A local server that speaks the OpenAI chat protocol, with scripted behaviours and an honest count of what it charges.

It keeps to the output cap it is sent and counts the tokens of every answer it makes, whether or not the answer arrives: what a
provider's bill would say. Run as a program (`python server.py [LEAST_S MOST_S]`) it prints its URL and thinks for so long before
each answer, until its standard input ends: equally long about the same number, whoever asks.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

PERSON = json.dumps({"name": "Ada Lindqvist", "age": 41})


@dataclass
class Behaviour:
    """What one answer does. `text` is the model's content; `status` other than 200 makes it an error."""

    text: str = PERSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    latency_s: float = 0.0
    usage: bool = True
    cut: bool = False
    finish_reason: str = "stop"


Script = Callable[[dict[str, Any]], Behaviour]


class ModelServer:
    """Answers from a list of behaviours, then from a default; `default` may look at the request."""

    def __init__(self) -> None:
        self.script: list[Behaviour] = []
        self.default: Behaviour | Script = Behaviour()
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.charged_tokens = 0
        self.url = ""
        self._lock = threading.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        request = json.loads(body or b"{}")
        behaviour = self._next(request, scope)
        await asyncio.sleep(behaviour.latency_s)
        await self._answer(request, len(body), behaviour, send)

    def _next(self, request: dict[str, Any], scope: Any) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
            if self.script:
                return self.script.pop(0)
        return self.default(request) if callable(self.default) else self.default

    async def _answer(self, request: dict[str, Any], sent_bytes: int, behaviour: Behaviour, send: Any) -> None:
        payload = behaviour.body
        if payload is None and behaviour.status == 200:
            payload = json.dumps(self._completion(request, sent_bytes, behaviour))
        elif payload is None:
            payload = json.dumps({"error": {"message": f"status {behaviour.status}", "code": None, "param": None}})
        data = payload.encode()
        headers = {"content-type": "application/json", "content-length": str(len(data))} | behaviour.headers
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": behaviour.status, "headers": encoded})
        if behaviour.cut:
            await send({"type": "http.response.body", "body": data[: len(data) // 2], "more_body": True})
            raise ConnectionResetError("scripted")
        await send({"type": "http.response.body", "body": data})

    def _completion(self, request: dict[str, Any], sent_bytes: int, behaviour: Behaviour) -> dict[str, Any]:
        cap = request.get("max_tokens") or request.get("max_completion_tokens") or 10**9
        prompt_tokens, completion_tokens = sent_bytes // 3, min(cap, max(1, len(behaviour.text) // 3))
        with self._lock:
            self.charged_tokens += prompt_tokens + completion_tokens
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        usage["total_tokens"] = prompt_tokens + completion_tokens
        choice = {
            "index": 0,
            "finish_reason": behaviour.finish_reason,
            "message": {"role": "assistant", "content": behaviour.text},
        }
        completion = {"id": "c1", "object": "chat.completion", "created": 0, "model": request.get("model"), "choices": [choice]}
        return completion | ({"usage": usage} if behaviour.usage else {})

    @contextmanager
    def serve(self) -> Iterator[ModelServer]:
        """Runs it in a thread on a free loopback port."""
        config = uvicorn.Config(self, host="127.0.0.1", port=0, log_level="critical", lifespan="off", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            while not server.started:
                threading.Event().wait(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            self.url = f"http://127.0.0.1:{port}/v1"
            yield self
        finally:
            server.should_exit = True
            server.force_exit = True
            thread.join(10)


def faulty(seed: int, *, hang_s: float = 1.5) -> Script:
    """Random latency and every fault that an endpoint can have, in fixed shares."""
    chance = random.Random(seed)

    def behave(request: dict[str, Any]) -> Behaviour:
        latency = chance.random() * 0.03
        draw = chance.random()
        faults: list[tuple[float, Behaviour]] = [
            (0.10, Behaviour(status=429, headers={"retry-after-ms": "50"}, latency_s=latency)),
            (0.20, Behaviour(status=503, latency_s=latency)),
            (0.24, Behaviour(latency_s=hang_s)),
            (0.34, Behaviour(cut=True, latency_s=latency)),
            (0.44, Behaviour(text='{"name": "Ada', finish_reason="length", latency_s=latency)),
            (0.54, Behaviour(usage=False, latency_s=latency)),
            (0.60, Behaviour(body="<html>busy</html>", latency_s=latency)),
        ]
        return next((behaviour for share, behaviour in faults if draw < share), Behaviour(latency_s=latency))

    return behave


def main() -> None:
    """Serves in a process of its own, so that nothing of it is counted with a client."""
    least_s, most_s = map(float, sys.argv[1:3] or (0, 0))
    server = ModelServer()

    def think(request: dict[str, Any]) -> Behaviour:
        number = re.search(r"\d+", str(request["messages"][-1]["content"]))
        return Behaviour(latency_s=random.Random(number and number[0]).uniform(least_s, most_s))

    server.default = think
    with server.serve():
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
