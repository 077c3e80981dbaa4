package dev.redial.internal.wire;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;

/** What the kernel has been told of a wire's socket. */
public final class SocketOptions {
  private SocketOptions() {}

  public static <T> T of(PlainWire wire, SocketOption<T> option) throws IOException {
    try {
      Field channel = PlainWire.class.getDeclaredField("channel");
      channel.setAccessible(true);
      return ((SocketChannel) channel.get(wire)).getOption(option);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a wire has a channel no more", e);
    }
  }
}
