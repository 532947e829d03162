// Entry of the inspector page.
import 'uplot/dist/uPlot.min.css';
import '../shared/styles/base.css';
import '../shared/styles/charts.css';
import '../shared/styles/heatmap.css';
import './signals.css';
import './inspector.css';
import './views/views.css';
import './views/epochs.css';
import './views/saturation.css';
import './views/units.css';
import './views/gradients.css';
import './views/comparisons.css';
import './views/match.css';
import type { InspectorContract } from '../../extension/protocol/inspectorContract.ts';
import { connect } from '../../extension/protocol/rpc.ts';
import { createVsCodeHost } from '../shared/pageHost.ts';
import { InspectorApp } from './inspectorApp.ts';

const host = createVsCodeHost();
const app = new InspectorApp();
app.start(connect<InspectorContract>(host.transport), host);
document.querySelector('#app')?.append(app);
