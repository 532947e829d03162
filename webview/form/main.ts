// Entry of the form page.
import '../shared/styles/base.css';
import '../shared/styles/select.css';
import './form.css';
import type { FormContract } from '../../extension/protocol/formContract.ts';
import { connect } from '../../extension/protocol/rpc.ts';
import { createVsCodeHost } from '../shared/pageHost.ts';
import { FormApp } from './formApp.ts';

const host = createVsCodeHost();
const app = new FormApp();
app.start(connect<FormContract>(host.transport), host);
document.querySelector('#app')?.append(app);
