/** What a SQL destination remembers of a feed, and the fence that is made of it. */
@NullMarked
package io.walferry.sinks.position;

import org.jspecify.annotations.NullMarked;
