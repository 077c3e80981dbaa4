package dev.redial.internal.policy;

/** What answers the challenges of one protection space; its text never shows a secret. */
public sealed interface Credentials permits BasicCredentials, DigestCredentials {

  /**
   * The value of the credentials field of one request; each call may give another value.
   *
   * @param method of that request
   * @param target its request target, as the one who asked sees it
   * @return a field value
   */
  String fieldValue(String method, String target);
}
