/** The one type table: what each destination makes of PostgreSQL's types. */
@NullMarked
package io.walferry.sinks.type;

import org.jspecify.annotations.NullMarked;
