/** The replication connection: bytes from the server become transactions; confirmations go back. */
@NullMarked
package io.walferry.stream;

import org.jspecify.annotations.NullMarked;
