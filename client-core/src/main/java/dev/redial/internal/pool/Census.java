package dev.redial.internal.pool;

import dev.redial.IdleLimit;
import dev.redial.OriginStats;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts what there is for each origin. Confined to the pool's lock. */
final class Census {
  private Census() {}

  static <R, C extends Poolable> List<OriginStats> origins(
      Collection<Shelf<R, C>> shelves, Map<R, IdleLimit> limits) {
    Map<R, IdleLimit> unlisted = new HashMap<>(limits);
    List<OriginStats> origins = new ArrayList<>();
    for (Shelf<R, C> shelf : shelves) {
      int idleOnes = shelf.idle.size();
      Optional<IdleLimit> limit = Optional.ofNullable(unlisted.remove(shelf.route));
      int active = shelf.total - idleOnes;
      origins.add(
          new OriginStats(
              String.valueOf(shelf.route),
              shelf.total,
              active,
              idleOnes,
              shelf.waiters.size(),
              limit));
    }
    unlisted.forEach((route, limit) ->
        origins.add(new OriginStats(String.valueOf(route), 0, 0, 0, 0, Optional.of(limit))));
    origins.sort(Comparator.comparing(OriginStats::origin));
    return origins;
  }
}
