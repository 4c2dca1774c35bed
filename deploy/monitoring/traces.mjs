// Loaded before Landfall, this sends its traces as the environment says (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME,
// OTEL_TRACES_SAMPLER, …): docs/operations/README.md#traces. It needs `npm install @opentelemetry/sdk-node` beside it.
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [] }).start();
