package dev.redial.internal.pool;

import dev.redial.IdleLimit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The lessons of all servers, by route and address. Holds a bounded number of them, the least
 * recently connected to leaving first. Confined to the pool's lock.
 */
final class IdleMemory<R> {
  static final int CAPACITY = 10_000;

  /** One origin may be served from several addresses, each with a timer of its own. */
  private record Key<R>(R route, @Nullable Object server) {}

  private final Map<Key<R>, Lesson> lessons;
  private final ToLongFunction<? super R> presets;

  IdleMemory(int capacity, ToLongFunction<? super R> presets) {
    this.presets = presets;
    lessons =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key<R>, Lesson> eldest) {
            return size() > capacity;
          }
        };
  }

  /** The lesson of the server that a connection leads to; the same while it is remembered. */
  Lesson lesson(R route, @Nullable Object server) {
    return lessons.computeIfAbsent(
        new Key<>(route, server), any -> new Lesson(presets.applyAsLong(route)));
  }

  /** The shortest limit known of each route. */
  Map<R, IdleLimit> limits(long now) {
    Map<R, IdleLimit> limits = new HashMap<>();
    lessons.forEach((key, lesson) -> {
      IdleLimit limit = lesson.limit(now);
      if (limit != null) limits.merge(key.route, limit, IdleMemory::shorter);
    });
    return limits;
  }

  private static IdleLimit shorter(IdleLimit a, IdleLimit b) {
    return a.value().compareTo(b.value()) <= 0 ? a : b;
  }

  int size() {
    return lessons.size();
  }
}
