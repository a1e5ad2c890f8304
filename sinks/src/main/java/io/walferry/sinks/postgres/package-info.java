/** Another PostgreSQL database as a destination. */
@NullMarked
package io.walferry.sinks.postgres;

import org.jspecify.annotations.NullMarked;
