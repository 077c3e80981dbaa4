package dev.redial.tests.kit;

import dev.redial.HangUpException;
import java.io.IOException;

/** How a server ends a TLS connection. */
public enum TlsEnd {
  CLOSE_NOTIFY,
  BARE_FIN,
  RST;

  /** Ends it. */
  public void end(ServedConnection c) throws IOException {
    switch (this) {
      case CLOSE_NOTIFY -> c.fin();
      case BARE_FIN -> c.finWithoutCloseNotify();
      case RST -> c.rst();
    }
  }

  /** The server's event. */
  public String event() {
    return this == RST ? "server RST" : "server FIN";
  }

  /** What a client says of it. */
  public HangUpException.Ending ending() {
    return this == RST ? HangUpException.Ending.RST : HangUpException.Ending.FIN;
  }
}
