@NullMarked
package io.walferry.cli.feed;

import org.jspecify.annotations.NullMarked;
