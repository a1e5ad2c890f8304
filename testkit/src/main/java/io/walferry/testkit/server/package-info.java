/** What the servers of this library have in common for those who use them. */
@NullMarked
package io.walferry.testkit.server;

import org.jspecify.annotations.NullMarked;
