"""An HTTP server some way off: in a network namespace of its own, behind two tunnel devices with a delay between them.

Arguments: namespace, address here, address there, milliseconds from here to there, milliseconds back.
Says "ready", then one line for each request whose head and body it has read. At each line of its input it closes
every connection that is idle; at the end of its input it ends, and the namespace with it.
"""
import ctypes, fcntl, heapq, os, select, socket, struct, subprocess, sys, threading, time

name, here, there, out_ms, back_ms = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
libc = ctypes.CDLL(None, use_errno=True)
said = threading.Lock()


def say(text):
    with said:
        print(text, flush=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def tunnel(device):
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, 0x400454CA, struct.pack("16sH14s", device.encode(), 0x1001, b""))  # IFF_TUN, IFF_NO_PI
    return descriptor


def carry(source, sink, seconds):
    waiting, count = [], 0
    while True:
        left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        if select.select([source], [], [], left)[0]:
            count += 1
            heapq.heappush(waiting, (time.monotonic() + seconds, count, os.read(source, 65536)))
        while waiting and waiting[0][0] <= time.monotonic():
            try:
                os.write(sink, heapq.heappop(waiting)[2])
            except OSError:
                pass  # the device is gone, or the packet not for it


idle, idle_lock = set(), threading.Lock()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return head.split(b"\r\n")[0].decode().rsplit(" ", 1)[0]


def converse(connection):
    try:
        while True:
            request = read_request(connection)
            with idle_lock:
                idle.discard(connection)
            if request is None:
                return
            say(request)
            if request.endswith("/die"):
                return
            last = request.endswith("/last")
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + (b"Connection: close\r\n" if last else b"") + b"\r\nok")
            if last:
                return
            with idle_lock:
                idle.add(connection)
    except OSError:
        pass
    finally:
        connection.close()


def serve():
    with open("/var/run/netns/" + name) as namespace:
        if libc.setns(namespace.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    listener = socket.create_server((there, 8080))
    say("ready")
    while True:
        connection = listener.accept()[0]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=converse, args=(connection,), daemon=True).start()


ip("netns", "add", name)
try:
    near, far = tunnel(name + "a"), tunnel(name + "b")
    ip("link", "set", name + "b", "netns", name)
    ip("addr", "add", here, "peer", there, "dev", name + "a")
    ip("link", "set", name + "a", "up")
    ip("-n", name, "addr", "add", there, "peer", here, "dev", name + "b")
    ip("-n", name, "link", "set", name + "b", "up")
    for task, args in ((carry, (near, far, out_ms / 1000)), (carry, (far, near, back_ms / 1000)), (serve, ())):
        threading.Thread(target=task, args=args, daemon=True).start()
    for line in sys.stdin:
        with idle_lock:
            for connection in idle:
                connection.shutdown(socket.SHUT_RDWR)
finally:
    ip("netns", "del", name)
