/** Certificates for servers and clients of tests. */
@NullMarked
package io.walferry.testkit.tls;

import org.jspecify.annotations.NullMarked;
