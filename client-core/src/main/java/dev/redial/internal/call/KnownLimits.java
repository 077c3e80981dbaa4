package dev.redial.internal.call;

import dev.redial.KeepAlive;
import dev.redial.internal.route.Origin;
import dev.redial.internal.route.Route;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The user's word on how long servers keep an idle connection. It does not hold where a proxy
 * forwards requests, as the connections are the proxy's then.
 */
final class KnownLimits implements ToLongFunction<Route> {
  private static final long UNKNOWN = -1;
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Map<Origin, Long> nanos = new HashMap<>();

  KnownLimits(KeepAlive keepAlive) {
    keepAlive
        .knownLimits()
        .forEach((origin, limit) ->
            nanos.put(
                Origin.of(origin), (limit.compareTo(LONGEST) < 0 ? limit : LONGEST).toNanos()));
  }

  @Override
  public long applyAsLong(Route route) {
    @Nullable Long known = route.forwarded() ? null : nanos.get(route.origin());
    return known == null ? UNKNOWN : known;
  }
}
