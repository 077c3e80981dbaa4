package dev.redial.internal.body;

import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodySubscriber;

/** Which thread may feed a body subscriber. */
public enum Feeding {
  /**
   * The exchanging thread, to the end: the subscriber only gathers, never blocks and is done when
   * the body is.
   */
  INLINE,
  /**
   * The exchanging thread for what has arrived, a virtual thread for the rest: the subscriber
   * queues and is done at once.
   */
  INLINE_WHILE_ARRIVED,
  /**
   * A virtual thread from the start: nobody knows whether the subscriber blocks until its body is
   * read, so the thread that waits for the body must not be the one that reads the socket.
   */
  HANDED_OVER;

  private static final Module JAVA_NET_HTTP = HttpClient.class.getModule();

  private static final ClassValue<Feeding> KNOWN =
      new ClassValue<>() {
        @Override
        protected Feeding computeValue(Class<?> type) {
          return type.getModule() == JAVA_NET_HTTP ? ofJdk(type.getName()) : HANDED_OVER;
        }
      };

  /**
   * How to feed a subscriber, known by its class: those of the JDK are known to be well-behaved.
   *
   * @param subscriber the caller's
   * @return how to feed it
   */
  public static Feeding of(BodySubscriber<?> subscriber) {
    return KNOWN.get(subscriber.getClass());
  }

  private static Feeding ofJdk(String name) {
    return switch (name.substring(name.lastIndexOf('$') + 1)) {
      case "ByteArraySubscriber", "PathSubscriber", "NullSubscriber" -> INLINE;
      case "HttpResponseInputStream" -> INLINE_WHILE_ARRIVED;
      default -> HANDED_OVER;
    };
  }
}
