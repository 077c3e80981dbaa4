package dev.redial.internal.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutePlannerTest {
  private static final URI PLAIN = URI.create("http://a.example:8080/x?q");
  private static final URI SECURE = URI.create("https://a.example/x");
  private static final InetSocketAddress PROXY =
      InetSocketAddress.createUnresolved("p.example", 3128);

  /** Always answers the same, and counts the questions. */
  private static final class Fixed extends ProxySelector {
    private final List<Proxy> answer;
    private final List<URI> asked = new ArrayList<>();

    Fixed(List<Proxy> answer) {
      this.answer = answer;
    }

    @Override
    public List<Proxy> select(URI uri) {
      asked.add(uri);
      return answer;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      throw new AssertionError("not this class's affair");
    }
  }

  @Test
  void withoutASelectorTheWayIsStraight() {
    Route route = new RoutePlanner(null).plan(PLAIN);

    assertThat(route).isEqualTo(new Route(Origin.of(PLAIN), null));
    assertThat(route.forwarded()).isFalse();
    assertThat(route.tunnelled()).isFalse();
    assertThat(route).hasToString("http://a.example:8080");
  }

  @Test
  void aProxyForwardsPlainRequestsAndTunnelsSecureOnes() {
    RoutePlanner planner = new RoutePlanner(new Fixed(List.of(new Proxy(Proxy.Type.HTTP, PROXY))));

    Route plain = planner.plan(PLAIN);
    Route secure = planner.plan(SECURE);

    assertThat(plain).isEqualTo(new Route(Origin.of(PLAIN), PROXY));
    assertThat(plain.forwarded()).isTrue();
    assertThat(plain.tunnelled()).isFalse();
    assertThat(secure).isEqualTo(new Route(Origin.of(SECURE), PROXY));
    assertThat(secure.forwarded()).isFalse();
    assertThat(secure.tunnelled()).isTrue();
    assertThat(secure).hasToString("https://a.example through proxy p.example:3128");
  }

  @Test
  void theSelectorIsAskedOnceForTheWholeTarget() {
    Fixed selector = new Fixed(List.of(Proxy.NO_PROXY));

    Route route = new RoutePlanner(selector).plan(PLAIN);

    assertThat(route.proxy()).isNull();
    assertThat(selector.asked).containsExactly(PLAIN);
  }

  @Test
  void noChoiceIsTheStraightWay() {
    assertThat(new RoutePlanner(new Fixed(List.of())).plan(PLAIN).proxy()).isNull();
    assertThat(new RoutePlanner(new Fixed(null)).plan(PLAIN).proxy()).isNull();
  }

  @Test
  void socksIsNotSpokenSoTheWayIsStraight() {
    RoutePlanner planner = new RoutePlanner(new Fixed(List.of(new Proxy(Proxy.Type.SOCKS, PROXY))));

    assertThat(planner.plan(PLAIN).proxy()).isNull();
  }

  @Test
  void routesOfOneOriginAreEqualWhateverThePath() {
    RoutePlanner planner = new RoutePlanner(null);

    assertThat(planner.plan(URI.create("HTTP://A.example:80/1")))
        .isEqualTo(planner.plan(URI.create("http://a.EXAMPLE/2?q")));
    assertThat(planner.plan(URI.create("http://a.example/")))
        .isNotEqualTo(planner.plan(URI.create("https://a.example:80/")));
  }

  /** However many origins there are. */
  @Test
  void straightRoutesAreKeptInBounds() {
    RoutePlanner planner = new RoutePlanner(null);
    URI first = URI.create("http://a0.example/");
    assertThat(planner.plan(first)).isSameAs(planner.plan(URI.create("http://a0.example/other")));

    for (int i = 0; i < 5_000; i++) {
      URI uri = URI.create("http://a" + i + ".example/");
      assertThat(planner.plan(uri)).isEqualTo(new Route(Origin.of(uri), null));
    }
    assertThat(planner.kept()).isLessThanOrEqualTo(1_024);
  }
}
