package dev.redial.internal.route;

import dev.redial.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A resolver that waits for a gate, like one whose server does not answer. */
final class ScriptedResolver implements Resolver {
  interface Script {
    List<InetAddress> find(String host) throws UnknownHostException;
  }

  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger interrupted = new AtomicInteger();
  private final CountDownLatch gate;
  private final Script script;

  private ScriptedResolver(CountDownLatch gate, Script script) {
    this.gate = gate;
    this.script = script;
  }

  static ScriptedResolver finding(Script script) {
    return new ScriptedResolver(new CountDownLatch(0), script);
  }

  /** Answers with the loopback address once it is let go. */
  static ScriptedResolver hanging() {
    return new ScriptedResolver(
        new CountDownLatch(1), host -> List.of(InetAddress.getLoopbackAddress()));
  }

  void letGo() {
    gate.countDown();
  }

  @Override
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    asked.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      throw new UnknownHostException("interrupted");
    }
    return script.find(host);
  }
}
