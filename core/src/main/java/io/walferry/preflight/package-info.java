/** What {@code walferry check} reports: whether a server is ready, and the SQL that mends it. */
@NullMarked
package io.walferry.preflight;

import org.jspecify.annotations.NullMarked;
