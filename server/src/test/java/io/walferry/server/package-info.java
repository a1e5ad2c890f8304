@NullMarked
package io.walferry.server;

import org.jspecify.annotations.NullMarked;
