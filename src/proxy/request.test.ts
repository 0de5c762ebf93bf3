import { describe, expect, test } from "bun:test";
import { longestHead, parseRequest } from "./request.ts";

const parse = (text: string) => parseRequest(Buffer.from(text, "latin1"));

test("a tunnel is its host and port, and what came behind its head", () => {
  expect(parse("CONNECT A.org:443 HTTP/1.1\r\nHost: other\r\n\r\nhello")).toEqual({ host: "a.org", port: 443, plain: undefined, rest: Buffer.from("hello") }); // prettier-ignore
});

test("a plain request keeps its own header, and not what is the proxy's business", () => {
  const head = "POST http://a.org:8080/x?y HTTP/1.1\r\nHost: evil\r\nContent-Length: 3\r\nConnection: keep-alive\r\nProxy-Authorization: Basic x\r\nX: 1\r\n\r\nabcGET http://evil/";
  expect(parse(head)).toEqual({
    host: "a.org",
    port: 8080,
    plain: { method: "POST", path: "/x?y", headers: ["Host: evil", "Content-Length: 3", "X: 1"], length: 3 },
    rest: Buffer.from("abcGET http://evil/"),
  });
}); // prettier-ignore

test.each([["http://a.org", "/"], ["http://a.org?x", "/?x"], ["HTTP://A.org/", "/"]])("the path of %s is %s", (target, path) => {
  expect(parse(`GET ${target} HTTP/1.0\r\n\r\n`)).toMatchObject({ host: "a.org", port: 80, plain: { path } });
}); // prettier-ignore

test("a head that is not whole is waited for, and no longer than it may be", () => {
  expect(parse("CONNECT a.org:443 HTTP/1.1\r\n")).toBeUndefined();
  expect(parse("x".repeat(longestHead + 1))).toBe("431 Request Header Fields Too Large");
});

describe("what is refused", () => {
  test.each([
    "CONNECT a.org HTTP/1.1", "CONNECT a.org:0 HTTP/1.1", "CONNECT a.org:65536 HTTP/1.1", "CONNECT a.org:443:80 HTTP/1.1", "CONNECT [::1]:443 HTTP/1.1",
    "CONNECT user@a.org:443 HTTP/1.1", "CONNECT a.org:443 x HTTP/1.1", "CONNECT a.org:443", "GET / HTTP/1.1", "GET https://a.org/ HTTP/1.1", "GET http://b@a.org/ HTTP/1.1",
    "GET http://a.org:80@evil/ HTTP/1.1", "GET http://a.org/\x01 HTTP/1.1", "GET http://a.org/ HTTP/2", "get http://a.org/ HTTP/1.1",
    "GET http://a.org/ HTTP/1.1\r\n folded: 1", "GET http://a.org/ HTTP/1.1\r\nno colon", "POST http://a.org/ HTTP/1.1\r\nContent-Length: -1",
    "POST http://a.org/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
  ])("%j", (head) => expect(parse(`${head}\r\n\r\n`)).toBe("400 Bad Request")); // prettier-ignore

  test("a body whose end cannot be told", () => {
    expect(parse("POST http://a.org/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")).toBe("411 Length Required");
  });
});
