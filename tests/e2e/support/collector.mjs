// A collector of traces on loopback: takes what OpenTelemetry's exporters post as JSON (OTLP/HTTP).

import { once } from 'node:events';
import { createServer } from 'node:http';

const TRACES = '/v1/traces';

export class Collector {
  /** Every finished span: `{ traceId, spanId, parentSpanId, name, startMs, endMs, attributes }`. */
  spans = [];

  static async start() {
    const collector = new Collector();
    collector.server = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()));
      if (request.url === TRACES) collector.#take(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    collector.server.listen(0, '127.0.0.1');
    await once(collector.server, 'listening');
    collector.url = `http://127.0.0.1:${collector.server.address().port}`;
    /** What makes a host send its traces here, soon. */
    collector.environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    return collector;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  trace = id => this.spans.filter(({ traceId }) => traceId === id);

  #take({ resourceSpans }) {
    const all = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
    for (const { startTimeUnixNano, endTimeUnixNano, attributes = [], ...span } of all) {
      const named = attributes.map(({ key, value }) => [key, Object.values(value)[0]]);
      const [startMs, endMs] = [startTimeUnixNano, endTimeUnixNano].map(nanos => Number(nanos) / 1e6);
      this.spans.push({ ...span, startMs, endMs, attributes: Object.fromEntries(named) });
    }
  }
}
