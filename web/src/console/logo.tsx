/* The mark: a compass rose of eight points, as portolan charts have it. */
export const Logo = ({ size = 22 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path fill="var(--accent)" d="M12 4.6 13.6 10.4 12 12ZM12 12 13.6 10.4 19.4 12ZM12 12 13.6 13.6 12 19.4ZM12 12 10.4 13.6 4.6 12Z" opacity=".55" transform="rotate(45 12 12)" />
    <path fill="var(--ink)" d="M12 0 13.9 10.1 12 12ZM24 12 13.9 13.9 12 12ZM12 24 10.1 13.9 12 12ZM0 12 10.1 10.1 12 12Z" />
    <path fill="var(--accent)" d="M12 0 10.1 10.1 12 12ZM24 12 13.9 10.1 12 12ZM12 24 13.9 13.9 12 12ZM0 12 10.1 13.9 12 12Z" />
  </svg>
);
