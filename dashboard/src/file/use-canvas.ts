/** A canvas that is drawn again when its size, the theme or what it shows changes: once per frame. */
import { useEffect, useRef } from 'preact/hooks';
import { coloursOf, onTheme } from '../colours.ts';

export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  readonly width: number;
  readonly colour: (name: string) => string;
}

/**
 * `height`: of a canvas of a width, both in CSS pixels. `draw`: all of it; the latest one is called, when `shown` differs
 * from the last time.
 */
export function useCanvas(options: {
  height(width: number): number;
  draw(drawing: Drawing): void;
  shown: readonly unknown[];
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(options);
  latest.current = options;
  const soon = useRef<() => void>(() => {});
  useEffect(() => {
    const element = canvas.current!;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const { height, draw } = latest.current;
      const width = element.parentElement!.clientWidth;
      const tall = height(width);
      const scale = window.devicePixelRatio;
      element.width = Math.round(width * scale);
      element.height = Math.round(tall * scale);
      element.style.width = `${width}px`;
      element.style.height = `${tall}px`;
      const context = element.getContext('2d')!;
      context.scale(scale, scale);
      draw({ context, width, colour: coloursOf(element) });
    };
    soon.current = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    soon.current();
    const resized = new ResizeObserver(() => soon.current());
    resized.observe(element.parentElement!);
    const unfollow = onTheme(() => soon.current());
    return () => {
      cancelAnimationFrame(frame);
      resized.disconnect();
      unfollow();
    };
  }, []);
  useEffect(() => soon.current(), options.shown);
  return canvas;
}
