/** How PostgreSQL is reached: libpq's connection strings, sessions, and what its errors mean. */
@NullMarked
package io.walferry.postgres;

import org.jspecify.annotations.NullMarked;
