package dev.redial;

/**
 * The step of an exchange at which it failed, in the order in which an exchange goes through them.
 */
public enum ExchangeStage {
  /** Waiting for a pooled connection, or for leave to open one. */
  WAITING_FOR_CONNECTION,
  /** Looking up the addresses of the host. */
  RESOLVING,
  /** Opening the TCP connection. */
  CONNECTING,
  /** Negotiating TLS. */
  TLS_HANDSHAKE,
  /** Sending the request head or body; no octet of an answer was received. */
  SENDING,
  /** The request is sent; no octet of an answer was received. */
  AWAITING_RESPONSE,
  /** Receiving the status line. */
  STATUS_LINE,
  /** Receiving the header section. */
  HEADER,
  /** Receiving the response body. */
  BODY
}
