package dev.redial.examples.race;

import java.net.URI;

/**
 * What is called.
 *
 * @param uri the address of every call
 * @param post whether it may be sent POSTs
 * @param echoes whether it answers with the request's id, so that answers can be checked
 */
record Target(URI uri, boolean post, boolean echoes) {}
