package dev.redial.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressBookTest {
  private final AddressBook book = new AddressBook();

  private static Origin origin(String uri) {
    return Origin.of(URI.create(uri));
  }

  @Test
  void everyAddressOfTheHostIsGivenWithThePort() throws UnknownHostException {
    List<InetSocketAddress> found =
        book.addresses(new Route(origin("http://localhost:8080/"), null));

    InetAddress[] resolved = InetAddress.getAllByName("localhost");
    assertThat(found).hasSameSizeAs(resolved);
    for (int i = 0; i < resolved.length; i++)
      assertThat(found.get(i)).isEqualTo(new InetSocketAddress(resolved[i], 8080));
  }

  @Test
  void aLiteralIsItsOwnAddress() throws UnknownHostException {
    assertThat(book.addresses(new Route(origin("http://127.0.0.1/"), null)))
        .containsExactly(new InetSocketAddress("127.0.0.1", 80));
    assertThat(book.addresses(new Route(origin("https://[::1]/"), null)))
        .containsExactly(new InetSocketAddress("::1", 443));
  }

  @Test
  void ofAProxyOnlyTheProxyIsLookedUp() throws UnknownHostException {
    Route route =
        new Route(
            origin("http://no.such.host.invalid/"),
            InetSocketAddress.createUnresolved("localhost", 3128));

    assertThat(book.addresses(route))
        .isNotEmpty()
        .allSatisfy(address -> {
          assertThat(address.isUnresolved()).isFalse();
          assertThat(address.getAddress().isLoopbackAddress()).isTrue();
          assertThat(address.getPort()).isEqualTo(3128);
        });
  }

  @Test
  void aResolvedProxyIsTakenAsItIs() throws UnknownHostException {
    InetSocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), 3128);

    assertThat(book.addresses(new Route(origin("http://no.such.host.invalid/"), proxy)))
        .containsExactly(proxy);
  }

  @Test
  void aHostWithoutAddressIsUnknown() {
    assertThatThrownBy(
            () -> book.addresses(new Route(origin("http://no.such.host.invalid/"), null)))
        .isInstanceOf(UnknownHostException.class);
  }
}
