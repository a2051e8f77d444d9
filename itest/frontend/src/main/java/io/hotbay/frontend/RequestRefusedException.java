// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** The back-end acknowledged a message with a figure other than 0, which means it refused it. */
public final class RequestRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int request;
    private final long code;

    /** Makes an exception for a request and what came in its acknowledgement. */
    public RequestRefusedException(int request, long code) {
        super("the back-end refused " + VhostUserRequest.name(request) + " with " + code);
        this.request = request;
        this.code = code;
    }

    /** The {@link VhostUserRequest} that was refused. */
    public int request() {
        return request;
    }

    /** What the acknowledgement held. */
    public long code() {
        return code;
    }
}
