/* form.tsx: fields. Label above, unit inside, help below; an error stands under its field and says
 * what was found and what is allowed. A field is checked when it is left; nothing is half saved. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from '../use';
import { Failure, Mark } from './basic';

export interface FieldProps {
  name: string;
  label: string;
  value: string;
  onValue: (value: string) => void;
  kind?: 'text' | 'password' | 'number' | 'date' | 'long' | 'code' | 'choice' | 'switch';
  choices?: { value: string; label: string }[];
  help?: ComponentChildren;
  error?: string | undefined;
  unit?: string;
  required?: boolean;
  autocomplete?: string;
  min?: number | undefined;
  max?: number | undefined;
  onLeave?: () => void;
  autofocus?: boolean;
  list?: string[]; /* proposed while typing */
}

type Changed = { currentTarget: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement };

function Control(p: FieldProps & { id: string }) {
  const common = {
    id: p.id, name: p.name, required: p.required, 'aria-invalid': p.error ? true : undefined,
    'aria-describedby': `${p.id}-h`, onBlur: p.onLeave,
    onInput: (e: Changed) => p.onValue(e.currentTarget.value),
  };
  if (p.kind === 'long') return <textarea {...common} rows={3} value={p.value} />;
  if (p.kind === 'code') return <textarea {...common} class="code" rows={12} spellcheck={false} value={p.value} />;
  if (p.kind === 'choice') {
    return (
      <select {...common} value={p.value}>
        {!p.required && <option value="" />}
        {(p.choices || []).map((c) => <option key={c.value} value={c.value}>{c.label}</option>)}
      </select>
    );
  }
  return (
    <input {...common} type={p.kind === 'number' ? 'text' : p.kind || 'text'} inputMode={p.kind === 'number' ? 'decimal' : undefined}
      value={p.value} autocomplete={p.autocomplete || 'off'} spellcheck={false} list={p.list ? `${p.id}-l` : undefined} />
  );
}

export function Field(p: FieldProps) {
  const id = 'f-' + p.name;
  const at = useRef<HTMLDivElement>(null);
  useEffect(() => void (p.autofocus && at.current?.querySelector<HTMLElement>('input, textarea, select')?.focus()), []);
  if (p.kind === 'switch') {
    return (
      <div class="field switch">
        <label><input type="checkbox" id={id} checked={p.value === 'true'} onChange={(e) => p.onValue(String(e.currentTarget.checked))} aria-describedby={`${id}-h`} /> {p.label}</label>
        <p class="help" id={`${id}-h`}>{p.help}</p>
      </div>
    );
  }
  return (
    <div class={`field${p.error ? ' wrong' : ''}${p.kind === 'code' ? ' wide' : ''}`} ref={at}>
      <label for={id}>{p.label}</label>
      <span class="box"><Control {...p} id={id} />{p.unit && <span class="unit">{p.unit}</span>}</span>
      {p.list && <datalist id={`${id}-l`}>{p.list.map((v) => <option key={v} value={v} />)}</datalist>}
      <p class="help" id={`${id}-h`}>{p.error ? <Mark mark="broken" tint>{p.error}</Mark> : p.help}</p>
    </div>
  );
}

/** A form with one filled button; `quiet` where the page has its filled button elsewhere. `send` throws where it fails; its words stay above the button. */
export function Form({ action, send, children, other, quiet }: { action: string; send: () => Promise<void>; children: ComponentChildren; other?: ComponentChildren; quiet?: boolean }) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailed('');
    try {
      await send();
    } catch (problem) {
      setFailed(wordsOf(problem));
    }
    setBusy(false);
  };
  return (
    <form class="form" onSubmit={submit} onInput={() => setFailed('')} noValidate>
      {children}
      {failed && <Failure words={failed} />}
      <p class="acts"><button class={quiet ? 'button' : 'button filled'} aria-disabled={busy}>{action}</button>{other}</p>
    </form>
  );
}
