package dev.redial.tests.contract;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The JDK's own, but for what came with Java 15: like providers that were written before, it opens
 * sockets for the system's own choice of protocol family only.
 */
public final class OlderSelectorProvider extends SelectorProvider {
  private final SelectorProvider jdk;

  /** Called by the JDK; {@code java.base/sun.nio.ch} has to be open. */
  public OlderSelectorProvider() throws ReflectiveOperationException {
    var get = Class.forName("sun.nio.ch.DefaultSelectorProvider").getDeclaredMethod("get");
    get.setAccessible(true);
    jdk = (SelectorProvider) get.invoke(null);
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    System.out.println("opened by an older provider");
    return jdk.openSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return jdk.openServerSocketChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return jdk.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return jdk.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return jdk.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return jdk.openSelector();
  }
}
