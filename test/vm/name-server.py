"""name-server.py NAME=ADDRESS...: a name server on the loopback that knows these names and no other."""
import socket
import struct
import sys

known = dict(word.split("=") for word in sys.argv[1:])
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    question, client = server.recvfrom(2048)
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    (kind,) = struct.unpack(">H", question[at + 1 : at + 3])
    address = known.get(".".join(labels).lower())
    answer = b""
    if address and kind == 1:
        # The name is the question's; an address of the internet, for a minute.
        answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
    status = b"\x81\x80" if address else b"\x81\x83"
    counts = struct.pack(">HHH", 1 if answer else 0, 0, 0)
    server.sendto(question[:2] + status + question[4:6] + counts + question[12 : at + 5] + answer, client)
